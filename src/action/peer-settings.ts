/** What a peer of a step is unless its inputs say otherwise. */

/** Others that found it have to reach it; which port is of no matter, since the registry tells. */
export const LISTEN = '/ip4/0.0.0.0/tcp/0'
