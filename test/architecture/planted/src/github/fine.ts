export const fine = 'github'
