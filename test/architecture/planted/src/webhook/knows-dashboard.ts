export { fine } from '../dashboard/fine.ts'
