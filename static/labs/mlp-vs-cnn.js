/** The page of MLP against CNN: first what asks the server, then what draws the answers. */

import { session } from "./mlp-vs-cnn/session.js";
import "./mlp-vs-cnn/lab.js";
import "../components/claim-list.js";
import "../core/page.js";

session.start();
