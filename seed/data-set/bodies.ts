import type { Faker } from '@faker-js/faker';
import { faker as english } from '@faker-js/faker/locale/en';
import { deriveKey } from './counter-random.ts';

/** How many different texts a data set has; a power of two, so that drawing one is a mask. */
const bodyCount = 2_048;

/** No text is longer than this, in bytes of UTF-8. */
const longestBodyBytes = 160;

type Phrase = (faker: Faker) => string;

const greetings: readonly Phrase[] = [
  () => '',
  () => '',
  (faker) => `Hi ${faker.person.firstName()}! `,
  (faker) => `${faker.company.name()}: `,
];

const offers: readonly Phrase[] = [
  (faker) =>
    `${faker.number.int({ min: 1, max: 8 }) * 10}% off ${faker.commerce.product()}s today.`,
  (faker) => `Your ${faker.commerce.productName()} has shipped.`,
  (faker) => `Order ${faker.string.numeric(6)} is ready for pickup.`,
  (faker) => `Your code is ${faker.string.numeric(6)}.`,
  (faker) => `Vote on ${faker.date.weekday()}! Find your polling place.`,
  (faker) => `See you ${faker.date.weekday()} at ${faker.number.int({ min: 8, max: 18 })}:30?`,
  (faker) =>
    `New in ${faker.commerce.department()}: ${faker.commerce.productAdjective().toLowerCase()} picks 🎉`,
  (faker) =>
    `Café night in ${faker.location.city()}, doors open at ${faker.number.int({ min: 5, max: 9 })}.`,
  (faker) =>
    `Only ${faker.number.int({ min: 2, max: 9 })} ${faker.commerce.product()}s left at $${faker.commerce.price({ max: 90 })}.`,
];

const endings: readonly Phrase[] = [
  () => '',
  () => ' Reply STOP to end.',
  () => ' Txt STOP to opt out',
  () => ' Reply YES to confirm.',
];

/**
 * The texts of a data set's messages: short campaign texts, the same for the same seed.
 *
 * @param bytesAt the length of a text at a share from 0 to 1 of them; undefined for their own lengths
 */
export function makeBodies(seed: number, bytesAt?: (share: number) => number): readonly string[] {
  const faker = seededFaker(seed, 'bodies');
  return Array.from({ length: bodyCount }, (_, index) => {
    const text = [greetings, offers, endings]
      .map((phrases) => faker.helpers.arrayElement(phrases)(faker))
      .join('');
    return bytesAt === undefined
      ? truncate(text, longestBodyBytes)
      : ofLength(text, Math.round(bytesAt((index + 0.5) / bodyCount)));
  });
}

/** The names of a data set's profiles: a company and a place, the same for the same seed. */
export function makeProfileNames(seed: number, count: number): readonly string[] {
  const faker = seededFaker(seed, 'profiles');
  return Array.from({ length: count }, () => `${faker.company.name()} ${faker.location.city()}`);
}

/** The class comes with its one language: the package's own entry brings seventy, and takes 30 MB a thread. */
const OneLanguage = english.constructor as typeof Faker;

/** A generator of its own, so that nobody else's use of faker changes what it makes. */
function seededFaker(seed: number, purpose: string): Faker {
  const faker = new OneLanguage({ locale: english.rawDefinitions });
  faker.seed(deriveKey(seed, purpose) >>> 0);
  return faker;
}

/** A text of exactly so many bytes: repeated or shortened, with points for what no character fits into. */
function ofLength(text: string, bytes: number): string {
  const copies = Math.ceil(bytes / (Buffer.byteLength(text) + 1));
  const whole = truncate(`${text} `.repeat(copies), bytes);
  return whole + '.'.repeat(bytes - Buffer.byteLength(whole));
}

/** Shortens at a character's end. */
function truncate(text: string, maximumBytes: number): string {
  let result = text;
  while (Buffer.byteLength(result) > maximumBytes) result = [...result].slice(0, -1).join('');
  return result;
}
