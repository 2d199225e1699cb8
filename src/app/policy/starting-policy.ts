/** What `runner-mesh policy init` writes: the defaults, each with what it means, and the rest as comments to begin from. */
export const STARTING_POLICY = `# What may run on this machine. The machine's owner has the last word: a task may ask for less than this, never for more.
# All rules: docs/policy.md. Changes count within seconds; a faulty file leaves the former policy in force and says so.
# Try a task against it with: runner-mesh policy check <task.yml>

# Whose tasks run here: mesh, or peer ids of the peers that accept them.
submitters: mesh
#submitters: [12D3KooW…]

# The loosest isolation: strict (read-only, non-root, no capability), standard, or trusted (mounts, devices, bridge).
profile: standard
# The most network: none, or bridge for tasks that ask for it; those of profile trusted do unless they say none.
network: none

# Without a registry a pattern means Docker Hub; * is one part of a name, ** any.
images:
  allow: ['**']
  deny: []
  # required: only images fixed by their digest, by name or when the task was accepted.
  digest: optional
  # false: a bare ** allows nothing of Docker Hub, ghcr.io and other registries to which anybody may publish.
  public: true

# Whose Dockerfiles are built and run; owner/* means GitHub's.
repositories:
  allow: ['**']
  deny: []

# What one task may have; unset means as much as the machine has.
limits: {}
#  cpus: 2
#  memory_mb: 4096
#  disk_mb: 10240
#  shm_mb: 256
#  pids: 1024
#  gpus: 1
#  run_seconds: 3600
#  prepare_seconds: 900

# How deep tasks that were submitted by tasks may stand; 0 refuses them all.
loop_depth: 3

# Only for tasks of profile trusted.
capabilities: [CHOWN, DAC_OVERRIDE, FOWNER, SETGID, SETUID]
mounts: []
#  - path: /srv/models
#    write: false
devices: []
#  - /dev/kvm

# Who may use which secret of the secret file. One that is not named here is used by nobody.
secrets: {}
#  NPM_TOKEN:
#    images: [ghcr.io/owner/**]
#    repositories: [owner/*]
#    submitters: ['token:ci']
#    env: false

# When work is taken, by this machine's clock; empty means always. Running tasks go on.
hours: []
#  - days: [mon, tue, wed, thu, fri]
#    from: '19:00'
#    to: '07:00'

# true takes no work at all.
pause: false
`
