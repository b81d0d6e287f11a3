// What scripts say, in the language of the page; made of the catalogues' `js.` keys by web/pages/assets.py.
const { default: texts } = await import(document.documentElement.lang === "en" ? "./texts.en.js" : "./texts.zh.js");
export default texts;
