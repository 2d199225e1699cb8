# A peer as a container: its queue, MCP, and the command line. Build it after `npm run build`:
#   docker build -t runner-mesh .
# To run tasks it needs the engine's socket, which is as much as root on that machine: docs/guides/service.md.
ARG BASE=node:24-bookworm-slim
FROM ${BASE}

LABEL org.opencontainers.image.title="runner-mesh" \
      org.opencontainers.image.description="One peer-to-peer container cluster out of self-hosted runners" \
      org.opencontainers.image.licenses="MIT"

# The bundle holds all it needs: nothing is installed here.
COPY package.json LICENSE /opt/runner-mesh/
COPY dist /opt/runner-mesh/dist

RUN ln -s /opt/runner-mesh/dist/cli.js /usr/local/bin/runner-mesh \
 && install -d -o node -g node -m 0700 /var/lib/runner-mesh

USER node
ENV NODE_ENV=production \
    RUNNER_MESH_STATE_DIR=/var/lib/runner-mesh
VOLUME ["/var/lib/runner-mesh"]
EXPOSE 9720
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=10s CMD ["runner-mesh", "status"]
ENTRYPOINT ["runner-mesh"]
CMD ["up"]
