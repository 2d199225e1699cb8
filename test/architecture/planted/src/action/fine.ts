export const fine = 'action'
