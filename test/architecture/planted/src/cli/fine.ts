export const fine = 'cli'
