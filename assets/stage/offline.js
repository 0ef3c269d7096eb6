// The stage as one file that plays offline: a template filled in. Pure.

const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/**
 * Fill the template of offline.html.
 * @param {string} template
 * @param {{lang: string, title: string, accent: string, css: string, script: string, data: object}} parts
 */
export function fillPage(template, { lang, title, accent, css, script, data }) {
  const values = {
    lang: lang.replace(/[^\w-]/g, ""),
    title: title.replace(/[&<>"]/g, (sign) => ESCAPES[sign]),
    accent: accent.replace(/[^\w#(),. %]/g, ""),
    css: css.replaceAll("</", "<\\/"),
    script: script.replace("export default function", "function").replaceAll("</script", "<\\/script"),
    // No "<" of the data can end its element; JSON reads the escape back.
    data: JSON.stringify(data).replaceAll("<", "\\u003c"),
  };
  return template.replace(/\{\{(\w+)\}\}/g, (_, name) => values[name]);
}
