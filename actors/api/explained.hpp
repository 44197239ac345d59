#pragma once

#include "actors/api/access.hpp"
#include "messages/target_file.hpp"
#include "messages/update.hpp"

#include <optional>
#include <string>
#include <vector>

namespace copal::api {

/// What others say when they are asked why.
struct heard {
  std::optional<target_source_state> source; ///< Absent: the target comes from no file.
  /// The locks of users that stand now. Absent: they could not be looked at; told are those that
  /// were in the way.
  std::optional<std::vector<user_lock>> locks;
};

/// The fields of `GET /v2/explain` beside the request's own status; Copal's own call:
///
///     settled   true: nothing to do and nothing to wait for
///     problem   why the newest target is not followed; left out when it is, and for those who may
///               see one app only
///     source    the file that the target comes from; left out when it comes from none, and for
///               those who may see one app only:
///       path, project
///       accepted  when what it holds last became the target; left out when it did not yet
///       commit    of the release that it then held; left out when not known
///       refused   true: the state folder belongs to another file, and nothing is done
///       problem   why the file as it is now is not the target: where in it, which service and
///                 field, and what was expected; left out when it is
///       warnings  of its reading
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
///       bytesToFetch       of the image that it waits for, over the network and in all; left out
///                          when not known, or when it waits for no image
///       downloadProgress   of its fetch, 0 to 100; left out when it is not going on
///       bytesNeeded, bytesFree, bytesKeptFree   where there is no room for the image: what it
///                  needs on the disk, what is free there, and what of that no fetch may take
///     others    what else keeps the device from its target and is told of no service: the engine
///               or the store that does not answer, a step that fails on an image, a network, a
///               lock or a record. Each has
///       subject    what it is about: `image:<name>`, `commit:<appId>`, `engine` ...
///       appId, appName   left out where it is about the device as a whole; that everybody sees
///       waitsFor, reason and the rest, as those of a service
///     troubles  what goes wrong in containers, at their target or not
///     locks     the update locks of the apps in scope that stand now, whether or not something
///               waits for them, each with
///       appId, holder   "supervisor", while it stops and replaces services; or "user"
///       since           a time; left out when it is not known
///       serviceName, path, uid   of a user's
value::map_type explained(const progress& now, const scope& of, const heard& from = {});

} // namespace copal::api
