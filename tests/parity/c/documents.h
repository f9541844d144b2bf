/* The verbs whose answer is a document. */
#ifndef DOCUMENTS_H
#define DOCUMENTS_H

#include "step.h"

/* Makes the call of a step, waiting or not, and says what it gave. */
octo_status play_document(const octo_repo *repo, struct step *step, const octo_job *job, bool later, octo_error **err);

#endif
