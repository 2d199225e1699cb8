export const fine = 'mcp'
