export const fine = 'dashboard'
