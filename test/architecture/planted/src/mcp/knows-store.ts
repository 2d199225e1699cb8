export { fine } from '../store/fine.ts'
