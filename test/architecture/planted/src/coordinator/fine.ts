export const fine = 'coordinator'
