#pragma once

#include "actors/api/access.hpp"
#include "messages/update.hpp"

namespace copal::api {

/// The fields of `GET /v2/explain` beside the request's own status; Copal's own call:
///
///     settled   true: nothing to do and nothing to wait for
///     problem   why the newest target is not followed; left out when it is
///     warnings  what of the target's document is not followed; of the whole device, so only for
///               those who may see all of it
///     services  one for each service that is not at its target, each with
///       appId, appName, serviceName   no name of a service: the app as a whole
///       differs    what is not as the target wants it
///       waitsFor   the kind of what keeps it there: `planning::name_of`
///       reason     the same, for people
///       tries      failed in a row, with nextTry (a time) and attempts [{at, error}], newest last;
///                  left out when nothing failed
///       locks      those of users that it waits for, as below; left out when there are none
///     locks     the update locks of the apps in scope that stand now, each with
///       appId, holder   "supervisor", while it stops and replaces services; or "user"
///       since           a time; left out when it is not known
///       serviceName, path, uid   of a user's
value::map_type explained(const progress& now, const scope& of);

} // namespace copal::api
