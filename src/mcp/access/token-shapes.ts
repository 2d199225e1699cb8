/**
 * Credentials that are known by their shape, wherever they turn up in text for an agent. The secrets of a task are taken
 * out by value where it runs; this is for those that nobody named, such as a token that a program prints by itself.
 *
 * @see https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github#githubs-token-formats
 */
import { REDACTED } from '../../core/redactor.ts'

const SHAPES = [
  // GitHub
  'gh[pousr]_[A-Za-z0-9]{36,255}',
  'github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}',
  // This project
  'rmt_[A-Za-z0-9_-]{43}',
  // AWS, Google, Slack, npm, PyPI, Anthropic, OpenAI, Stripe
  '(?:AKIA|ASIA)[A-Z0-9]{16}',
  'AIza[A-Za-z0-9_-]{35}',
  'xox[abposr]-[A-Za-z0-9-]{10,250}',
  'npm_[A-Za-z0-9]{36}',
  'pypi-[A-Za-z0-9_-]{50,250}',
  'sk-(?:ant-|proj-)?[A-Za-z0-9_-]{32,250}',
  '[rs]k_live_[A-Za-z0-9]{20,250}',
  // A signed JSON web token
  'eyJ[A-Za-z0-9_-]{10,2000}\\.eyJ[A-Za-z0-9_-]{10,4000}\\.[A-Za-z0-9_-]{10,1000}',
]

const TOKEN = new RegExp(`(?<![A-Za-z0-9_-])(?:${SHAPES.join('|')})(?![A-Za-z0-9_])`, 'g')
const PRIVATE_KEY = /-----BEGIN (?<kind>[A-Z ]{0,40}PRIVATE KEY)-----[\s\S]{0,16384}?(?:-----END \k<kind>-----|$)/g

export function withoutTokens(text: string): string {
  return text.replace(TOKEN, REDACTED).replace(PRIVATE_KEY, REDACTED)
}
