export { noise } from '@chainsafe/libp2p-noise'
