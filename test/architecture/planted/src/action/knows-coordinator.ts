export { fine } from '../coordinator/fine.ts'
