export const fine = 'app'
