export const fine = 'docker'
