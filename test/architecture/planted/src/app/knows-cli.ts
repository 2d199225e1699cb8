export { fine } from '../cli/fine.ts'
