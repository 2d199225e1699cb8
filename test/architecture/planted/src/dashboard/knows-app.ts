export { fine } from '../app/fine.ts'
