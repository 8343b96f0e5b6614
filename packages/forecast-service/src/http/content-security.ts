/**
 * What a page of this service may load: its own files, and no inline code. The one place where it is written; the dashboard's build reads it
 * too.
 */
export const CONTENT_SECURITY =
  "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'";

/** The same for the page of the API's document, whose program brings styles of its own and images as data. */
export const DOCS_CONTENT_SECURITY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
