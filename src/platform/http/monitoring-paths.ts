/** Always answered, also when everything else is refused. The routes are those of operations/health.ts. */
export const MONITORING_PATHS = ['/healthz', '/readyz', '/metrics', '/metrics/database']
