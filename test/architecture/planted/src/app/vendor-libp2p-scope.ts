export { tcp } from '@libp2p/tcp'
