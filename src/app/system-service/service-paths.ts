/** Where the parts of an installed service are. */

export const SERVICE_NAME = 'runner-mesh'
/** systemd makes it for the service's user (`StateDirectory=`). */
export const SERVICE_STATE_DIR = `/var/lib/${SERVICE_NAME}`
