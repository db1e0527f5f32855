// How the interface looks: theme and size of text. The choice is kept in Go's
// settings; here it is only put on the document.

/** The themes that can be chosen; "system" follows the computer. */
export const themes = ['system', 'light', 'dark', 'contrast'] as const
export type Theme = (typeof themes)[number]

/** Sizes of text in per cent. */
export const textSizes = ['100', '115', '130', '150'] as const
export type TextSize = (typeof textSizes)[number]

const dark = () => window.matchMedia?.('(prefers-color-scheme: dark)')
const contrast = () => window.matchMedia?.('(prefers-contrast: more)')

let chosen: Theme = 'system'

function real(theme: Theme): Exclude<Theme, 'system'> {
  if (theme !== 'system') return theme
  if (contrast()?.matches) return 'contrast'
  return dark()?.matches ? 'dark' : 'light'
}

/** Puts a theme on the page; an unknown one means "system". */
export function setTheme(theme: string): void {
  chosen = themes.find((known) => known === theme) ?? 'system'
  document.documentElement.dataset.theme = real(chosen)
}

/** Puts a size of text on the page. */
export function setTextSize(size: string): void {
  document.documentElement.dataset.text = textSizes.find((known) => known === size) ?? '100'
}

/** Follows the computer while the theme is "system"; returns a function that stops. */
export function followSystem(): () => void {
  const change = () => setTheme(chosen)
  const queries = [dark(), contrast()]
  for (const q of queries) q?.addEventListener('change', change)
  return () => {
    for (const q of queries) q?.removeEventListener('change', change)
  }
}
