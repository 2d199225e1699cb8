export { Webhooks } from '@octokit/webhooks'
