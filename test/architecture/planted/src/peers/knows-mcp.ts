export { fine } from '../mcp/fine.ts'
