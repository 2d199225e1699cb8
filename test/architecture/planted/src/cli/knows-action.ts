export { fine } from '../action/fine.ts'
