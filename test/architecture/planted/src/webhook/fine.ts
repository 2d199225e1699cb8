export const fine = 'webhook'
