import { z } from 'zod'

export const fine = z.string()
