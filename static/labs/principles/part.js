import { partOf } from "../../components/session-part.js";
import { session } from "./session.js";

/** A part of the page that shows the session. */
export class SessionPart extends partOf(session) {}
