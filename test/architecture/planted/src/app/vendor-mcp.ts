export { McpServer } from '@modelcontextprotocol/server'
