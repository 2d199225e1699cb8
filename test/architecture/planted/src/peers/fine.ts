export const fine = 'peers'
