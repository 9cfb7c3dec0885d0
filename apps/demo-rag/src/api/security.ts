import type { MiddlewareHandler } from "hono";
import { DemoError } from "../demo-error.js";

const headers: Readonly<Record<string, string>> = {
  "Content-Security-Policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; "),
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
};

/** The page loads nothing from elsewhere, and runs no script but its own, whatever a document holds. */
export const securityHeaders: MiddlewareHandler = async (context, next) => {
  await next();
  for (const [name, value] of Object.entries(headers)) context.header(name, value);
};

const loopbackNames = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/i;

/**
 * Other web pages open in the same browser can reach a local port. They may not use it: a request with an Origin must
 * come from this page, and on a loopback address the Host must be one too (else a foreign name was bound to it).
 */
export function sameOrigin({ loopback }: { loopback: boolean }): MiddlewareHandler {
  return async (context, next) => {
    const host = context.req.header("host") ?? new URL(context.req.url).host;
    const origin = context.req.header("origin");
    const foreignOrigin = origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`;
    if (foreignOrigin || (loopback && !loopbackNames.test(host))) {
      throw new DemoError("forbidden", "the request comes from another site", "open the demo's own address");
    }
    await next();
  };
}
