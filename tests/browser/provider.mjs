// npm's oidc-provider for tests/browser/test_login.py: whoever signs in as NAME is NAME@wick.example.
// Arguments: the package's folder, the port. The app's port is known only later, so any redirect to this machine is right.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [, , folder, port] = process.argv;
const entry = createRequire(import.meta.url).resolve(folder);
const { Provider } = await import(pathToFileURL(entry));

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{
    client_id: "lamplight",
    client_secret: "test",
    redirect_uris: ["http://127.0.0.1:1/oauth2callback"],
    post_logout_redirect_uris: [],
  }],
  pkce: { required: () => false },
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
  conformIdTokenClaims: false, // the address has to be in the identity token: Streamlit asks no further
  async findAccount(_, sub) {
    return { accountId: sub, claims: async () => ({ sub, email: `${sub}@wick.example`, email_verified: true }) };
  },
});
const local = (uri) => new URL(uri).hostname === "127.0.0.1";
provider.Client.prototype.redirectUriAllowed = local;
provider.Client.prototype.postLogoutRedirectUriAllowed = local;
provider.listen(Number(port), "127.0.0.1");
