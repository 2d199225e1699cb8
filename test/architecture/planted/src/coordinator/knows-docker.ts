export { fine } from '../docker/fine.ts'
