export { createLibp2p } from 'libp2p'
