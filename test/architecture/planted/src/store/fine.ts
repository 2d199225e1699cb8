export const fine = 'store'
