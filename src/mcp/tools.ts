/** Contents: every tool, in the order in which they are listed. */
import type { Tool } from './tool.ts'
import { accessTools } from './tools/access.ts'
import { catalogueTools } from './tools/catalogue.ts'
import { contactTools } from './tools/contacts.ts'
import { failureTools } from './tools/failures.ts'
import { serverTools } from './tools/server.ts'

export const TOOLS: Tool[] = [
  ...contactTools,
  ...accessTools,
  ...catalogueTools,
  ...failureTools,
  ...serverTools,
]
