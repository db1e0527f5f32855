import type { Plugin } from 'vite'

/**
 * Names the stylesheets before the scripts in the built page: WebKitGTK may run
 * a module before a stylesheet that comes later has been applied, and lists then
 * measure a viewport without bounds.
 */
export function stylesFirst(): Plugin {
  return {
    name: 'styles-first',
    transformIndexHtml: {
      order: 'post',
      handler(html) {
        const links = html.match(/<link rel="stylesheet"[^>]*>\s*/g) ?? []
        for (const link of links) html = html.replace(link, '')
        return html.replace('<script', links.join('') + '<script')
      },
    },
  }
}

/** The engines that the windows have: nothing newer than these may be used. */
export const target = ['chrome110', 'safari16']
