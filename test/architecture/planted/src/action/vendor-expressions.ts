export { Parser } from '@actions/expressions'
