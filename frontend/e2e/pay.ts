// Paying an order outside the program: the code, and the page that plays ERIP.
import { expect, type Page } from '@playwright/test'

/** The code of the order that is shown. */
export async function orderCode(page: Page): Promise<string> {
  const groups = page.getByText('Код заказа, 30 цифр').locator('xpath=following-sibling::p[1]')
  return (await groups.innerText()).replace(/\s/g, '')
}

/** The check of ISO 7064 MOD 97-10 over all digits. */
export const checks = (code: string): boolean => /^\d{30}$/.test(code) && BigInt(code) % 97n === 1n

/** The code with one digit changed, as by a slip of the finger. */
export const misread = (code: string, at = 20): string =>
  code.slice(0, at) + ((Number(code[at]) + 1) % 10) + code.slice(at + 1)

/** Looks for the claim of a code. */
export async function findClaim(page: Page, erip: string, code: string): Promise<void> {
  await page.goto(erip)
  await page.getByLabel(/^(Номер заказа|Нумар заказу)$/).fill(code.replace(/(\d{6})(?=\d)/g, '$1 '))
  await page.getByRole('button', { name: /^(Найти счет|Знайсці рахунак)$/ }).click()
}

/** Pays the claim of a code. */
export async function pay(page: Page, erip: string, code: string): Promise<void> {
  await findClaim(page, erip, code)
  await page.getByRole('button', { name: /^Оплатить [\d.,]+ BYN$/ }).click()
  await expect(page.getByRole('status')).toContainText('Оплата принята')
}
