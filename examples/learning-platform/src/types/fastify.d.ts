import 'fastify';
import type { AccessClaims } from '../utils/jwt';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; set by the authentication middleware. */
    user?: AccessClaims;
  }
}
