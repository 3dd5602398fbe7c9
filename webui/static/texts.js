// Texts of the script, numbers and times in the language of the page.  In English a text is what
// stands in the script; for another language the page brings the words along, as data.

const lang = document.documentElement.lang || "en";
const words = JSON.parse(document.getElementById("texts")?.textContent ?? "{}");

// Addresses and counts stand side by side: in every language they have the same digits.
export const locale = lang === "en" ? "en-GB" : `${lang}-u-nu-latn`;

const FORMS = ["zero", "one", "two", "few", "many", "other"];
const rules = new Intl.PluralRules(locale);
const names = rules.resolvedOptions().pluralCategories;
const forms = FORMS.filter((each) => names.includes(each));

function fill(value, choices, isTranslated) {
  if (!choices) return value;
  const found = isTranslated ? forms.indexOf(rules.select(value)) : Number(value !== 1);
  return choices.split("|")[found].replace("#", value.toLocaleString(locale));
}

// Says a text with its values: `{n:1 post|# posts}` is the form that `n` takes.
export function inWords(english, values = {}) {
  const translated = words[english];
  return (translated ?? english).replaceAll(/\{(\w+)(?::([^{}]*))?\}/g, (_, name, choices) =>
    fill(values[name], choices, translated !== undefined));
}
