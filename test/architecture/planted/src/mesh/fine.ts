export const fine = 'mesh'
