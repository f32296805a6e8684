// Part of `npm run build`: what the sources read at run time besides code goes to dist/ as well.
import { cpSync, globSync } from 'node:fs'
import { join } from 'node:path'

for (const file of globSync('src/**/*.{sql,html,liquid,css,js,svg}'))
  cpSync(file, join('dist', file.slice('src/'.length)))
