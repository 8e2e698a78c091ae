package rsops

import (
	"hvcheck/model"
	"hvcheck/model/runstate"
	"hvcheck/model/runstate/rsview"
)

// waits is who waits for whom in a World.
func waits(_ *model.Config, w *model.World) []model.Wait { return Waits(Of(w)) }

// Waits lists who waits for whom. A reader waits behind a writer that waits.
func Waits(s *runstate.State) (list []model.Wait) {
	for who := range runstate.NumThreads {
		if s.Task[who].Waits == runstate.NoLock {
			continue
		}
		for by := range runstate.NumThreads {
			if rsview.Blocks(s, who, by) {
				list = append(list, model.Wait{Who: Thread.Format(who), On: locks[s.Task[who].Waits], For: Thread.Format(by)})
			}
		}
	}
	return list
}
