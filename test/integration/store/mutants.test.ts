import { GUARDS } from './mutants/guards.ts'
import { holdGuards } from './mutants/hold-guards.ts'

holdGuards('the store', GUARDS)
