-- Who is on which plan (licensing.md rule 18).

-- What somebody was given, and the project's default plan: one row when both are one or one is missing, else two.
-- name: plan_of_subject :many
SELECT p.id, p.plan_key, p.display_name, p.price, p.currency, p.period, p.meters, p.is_default, a.subject_id, a.source, a.announced, a.announce_at,
	a.trial_ends_at, a.current_period_end_at, a.expires_at, a.cancel_at_period_end, a.payment_id, a.version, a.created_at, a.updated_at
FROM plans p
LEFT JOIN plan_assignments a ON a.project_id = p.project_id AND a.plan_id = p.id AND a.subject_id = :subject_id
WHERE p.project_id = :project_id AND (p.is_default = TRUE OR a.subject_id IS NOT NULL)
ORDER BY p.id
LIMIT 2;

-- Whatever they were on before, they are on this from now on. created_at: since when.
-- name: plan_assignment_put :exec
INSERT INTO plan_assignments (project_id, subject_id, plan_id, source, announced, announce_at, trial_ends_at, current_period_end_at, expires_at,
	ends_at, cancel_at_period_end, payment_id, version, created_at, updated_at)
VALUES (:project_id, :subject_id, :plan_id, :source, :announced, :announce_at, :trial_ends_at, :current_period_end_at, :expires_at,
	:ends_at, FALSE, :payment_id, 1, :created_at, :now)
ON DUPLICATE KEY UPDATE plan_id = VALUES(plan_id), source = VALUES(source), announced = VALUES(announced), announce_at = VALUES(announce_at),
	trial_ends_at = VALUES(trial_ends_at), current_period_end_at = VALUES(current_period_end_at), expires_at = VALUES(expires_at),
	ends_at = VALUES(ends_at), cancel_at_period_end = FALSE, payment_id = VALUES(payment_id), version = version + 1,
	created_at = VALUES(created_at), updated_at = VALUES(updated_at);

-- It ends with what is paid for. Hits nothing where it has changed since it was read.
-- name: plan_assignment_cancel :exec
UPDATE plan_assignments SET cancel_at_period_end = TRUE, ends_at = :ends_at, announce_at = :announce_at, version = version + 1, updated_at = :now
WHERE project_id = :project_id AND subject_id = :subject_id AND version = :version;

-- What was paid for is used up as of now. Hits nothing where it has changed since it was read.
-- name: plan_assignment_fall_due :exec
UPDATE plan_assignments SET current_period_end_at = :now, ends_at = :ends_at, version = version + 1, updated_at = :now
WHERE project_id = :project_id AND subject_id = :subject_id AND version = :version;

-- name: plan_assignment_delete :exec
DELETE FROM plan_assignments WHERE project_id = :project_id AND subject_id = :subject_id;

-- One ever: of two that begin it at once the second meets the key.
-- name: plan_trial_insert :exec
INSERT INTO plan_trials (project_id, subject_id, plan_id, started_at)
VALUES (:project_id, :subject_id, :plan_id, :now);

-- Who is gone takes it along.
-- name: plan_trial_delete_all :exec
DELETE FROM plan_trials WHERE project_id = :project_id AND subject_id = :subject_id;

-- Assignments that have something to tell.
-- name: plan_assignment_due :many
-- unscoped: a job goes over all projects
SELECT a.project_id, a.subject_id, p.org_id
FROM plan_assignments a
JOIN projects p ON p.id = a.project_id AND p.status = 'active'
WHERE a.announce_at <= :now
ORDER BY a.announce_at
LIMIT :limit;

-- Hits once: another job, or a change meanwhile, has another version or stage.
-- name: plan_assignment_announce :exec
UPDATE plan_assignments SET announced = :announced, announce_at = :announce_at
WHERE project_id = :project_id AND subject_id = :subject_id AND version = :version AND announced = :told;
