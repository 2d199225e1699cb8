export { fine } from '../core/fine.ts'
