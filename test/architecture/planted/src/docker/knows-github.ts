export { fine } from '../github/fine.ts'
