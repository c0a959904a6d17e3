/** What a link can say about the sections below the stage. */

export const sectionFields = {};
